"""Downloads a URL into a folder where no file may be larger than 64 KiB."""

import resource
import sys
from pathlib import Path

from tasks.download.download import download

resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, 2**16))
download(sys.argv[1], Path(sys.argv[2]))
