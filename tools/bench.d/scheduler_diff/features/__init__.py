"""What a cluster may have. A feature is a function that changes a draft; its phase says when."""
import importlib
import pathlib

SHAPE, WISH, TROUBLE = range(3)
ALL = {}  # name -> (phase, function)


def feature(name, phase):
    def add(function):
        ALL[name] = (phase, function)
        return function
    return add


for _module in sorted(p.stem for p in pathlib.Path(__file__).parent.glob("[a-z]*.py")):
    importlib.import_module(f"{__name__}.{_module}")
