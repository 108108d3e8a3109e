import pytest

from tests.dealercrm.real import WEB, WORKER, Program, collect_static, is_up


@pytest.fixture(scope="session")
def static(tmp_path_factory):
    return collect_static(tmp_path_factory.mktemp("real"))


@pytest.fixture
def web(transactional_db, tmp_path, static):
    """A real web server on the database of the test."""
    program = Program(WEB, tmp_path, STATIC_DIR=str(static))
    yield is_up(program)
    program.end()


@pytest.fixture
def worker(transactional_db, tmp_path):
    """A real worker on the database of the test."""
    program = Program(WORKER, tmp_path)
    yield program
    program.end()
