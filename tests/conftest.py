"""What all tests count on, wherever they run."""

import os

os.environ["MICROGRAD_KR_LANG"] = "en"  # also where the machine speaks Korean; tests of Korean say lang="ko"
