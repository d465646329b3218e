"""What every factory of the tests shares: the settings of its processes, and what they left behind.

In: addresses and folders.  Out: environments; ids as often as they are stored.
"""

from pathlib import Path

from dataset.reading.row_reader import batches
from dataset.table.delta_table import Table
from dataset.table.table_errors import NoDataset
from streams.settings import StoreSettings
from streams.storage import s3
from tests.fakes.carrier import SESSION_S


def services_environment(bootstrap: str, store: StoreSettings, folder: Path) -> dict[str, str]:
    """The settings of processes over these services, with dataset and state in the folder."""
    return {
        "SKG_KAFKA_BOOTSTRAP": bootstrap,
        "SKG_KAFKA_SESSION_S": str(SESSION_S),
        "SKG_S3_ENDPOINT": store.s3_endpoint,
        "SKG_S3_ACCESS_KEY": store.s3_access_key.get_secret_value(),
        "SKG_S3_SECRET_KEY": store.s3_secret_key.get_secret_value(),
        "SKG_S3_BUCKET": store.s3_bucket,
        "SKG_DATASET_URI": str(folder / "dataset"),
        "SKG_STATE_DIR": str(folder / "state"),
    }


def sample_ids(uri: str) -> list[str]:
    """The sample ids of the dataset, as often as they are in it."""
    try:
        table = Table.load(uri)
    except NoDataset:
        return []
    return [str(sample) for batch in batches(table, ["sample_id"]) for sample in batch["sample_id"].to_pylist()]


def image_ids(store: StoreSettings) -> set[str]:
    """The image ids that the bucket holds, from all its keys."""
    return {Path(key).stem for key in s3.connect(store, 10).keys("")}
