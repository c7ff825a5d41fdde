"""The front door: every public name can be imported and says what it does."""

import importlib
import inspect
import pkgutil

import pytest

import borderflow

MODULES = sorted(one.name for one in pkgutil.walk_packages(borderflow.__path__, "borderflow."))


@pytest.mark.parametrize("name", borderflow.__all__)
def test_public_names_of_the_package(name):
    thing = getattr(borderflow, name)
    assert inspect.getdoc(thing), name
    # a docstring of its own, not the one of the base class
    if inspect.isclass(thing):
        assert "__doc__" in vars(thing) and vars(thing)["__doc__"]


def test_the_list_is_sorted_and_complete():
    assert borderflow.__all__ == sorted(borderflow.__all__)
    assert set(borderflow.__all__) == set(borderflow._HOMES)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'borderflow' has no attribute 'calibrated'"):
        _ = borderflow.calibrated


@pytest.mark.parametrize("name", MODULES)
def test_public_names_of_a_module(name):
    module = importlib.import_module(name)
    assert inspect.getdoc(module), name
    for one in getattr(module, "__all__", ()):
        thing = getattr(module, one)
        if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__ == name:
            assert inspect.getdoc(thing), f"{name}.{one}"


def test_the_version_is_that_of_the_distribution():
    from importlib.metadata import PackageNotFoundError, version

    try:
        assert version("borderflow") == borderflow.__version__
    except PackageNotFoundError:
        pytest.skip("run from a source tree that is not installed")
