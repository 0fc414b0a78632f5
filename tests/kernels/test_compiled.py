import pytest
from numba.core import caching

from dreamlab.kernels import compiled as module
from dreamlab.kernels.compiled import compiled


def test_machine_code_is_kept_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path))

    @compiled()
    def doubled(value):
        return 2 * value

    assert doubled(3) == 6
    kept = sorted(tmp_path.rglob("*.nb*"))
    assert [path.suffix for path in kept] == [".nbc", ".nbi"]
    assert all(module._version() in path.name for path in kept)


def test_a_change_in_any_source_is_another_version(tmp_path, monkeypatch):
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("x = 1\n")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "a.py"))
    before = module._version.__wrapped__()
    assert module._version.__wrapped__() == before
    (tmp_path / "b.py").write_text("x = 2\n")
    assert module._version.__wrapped__() != before


def test_where_nothing_can_be_written_it_is_compiled_all_the_same(monkeypatch):
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])

    def doubled(value):
        return 2 * value

    with pytest.raises(RuntimeError, match="no locator available"):
        module.njit(cache=True)(doubled)
    assert compiled()(doubled)(3) == 6
