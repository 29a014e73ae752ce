from tasks.spark.private_conf import PRIVATE_CONF, private_conf, private_env, without_private

SECRET = {
    "spark.authenticate.secret": "one",
    "spark.hadoop.fs.s3a.secret.key": "two",
    "spark.hadoop.fs.s3a.access.key": "three",
    "spark.ssl.keyStorePassword": "four",
    "spark.hadoop.fs.azure.account.key.graft.dfs.core.windows.net": "five",
    "spark.kubernetes.authenticate.submission.oauthToken": "six",
}
OPEN = {"spark.executor.cores": "1", "spark.authenticate": "true"}


def test_secret_settings_go_another_way() -> None:
    conf = {**SECRET, **OPEN}
    assert without_private(conf) == OPEN
    assert private_conf(private_env(conf)) == SECRET


def test_there_is_none() -> None:
    assert private_env(OPEN) == {}
    assert private_conf({}) == private_conf({PRIVATE_CONF: ""}) == {}
