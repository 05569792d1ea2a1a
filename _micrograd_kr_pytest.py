"""What pytest loads by its entry point: the options of `pytest --gradient-mutants`, and nothing of the package.

It stands beside the package: otherwise every run of pytest would import micrograd_kr, before coverage is measured.
"""


def pytest_addoption(parser):
    """Add the options."""
    group = parser.getgroup("gradient mutants")
    text = "run the tests under each mutant of the engine, and list the mutants that no test notices"
    group.addoption("--gradient-mutants", action="store_true", help=text)
    group.addoption("--gradient-mutants-match", default="", metavar="TEXT", help="only mutants with this in their name")
    text = "the mutants that only a test of second derivatives can notice, too"
    group.addoption("--gradient-mutants-second-order", action="store_true", help=text)
    text = "seconds for the suite under one mutant (60)"
    group.addoption("--gradient-mutants-limit", type=float, default=60.0, metavar="SECONDS", help=text)
    text = "how many mutants are tried at once (1)"
    group.addoption("--gradient-mutants-jobs", type=int, default=1, metavar="N", help=text)


def pytest_configure(config):
    """Load the plugin itself, if it is asked for."""
    if config.getoption("--gradient-mutants"):
        from micrograd_kr.testing.mutation import plugin

        config.pluginmanager.register(plugin, "micrograd_kr.testing.mutation.plugin")
