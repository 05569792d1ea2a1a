"""What all tests count on, wherever they run."""

import os

from hypothesis import settings

os.environ["MICROGRAD_KR_LANG"] = "en"  # also where the machine speaks Korean; tests of Korean say lang="ko"

# No deadline, as machines are noisy; the same examples in every run of the continuous integration.
settings.register_profile("tests", deadline=None, derandomize=bool(os.environ.get("CI")), database=None)
settings.load_profile("tests")
