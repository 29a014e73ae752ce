"""A Spark job that has BigDL's own loader recover a dump's pipeline and count its records."""

import sys
from pathlib import Path

from tasks.dump import GRAPH, TENSORS, read_pipeline
from tasks.spark_cluster import spark_cluster

_NUMERIC = "com.intel.analytics.bigdl.dllib.tensor.TensorNumericMath$TensorNumeric$NumericFloat$"

pipeline = read_pipeline(Path(sys.argv[1]))
with spark_cluster("count records") as cluster:
    jvm = cluster.context._jvm
    numeric = jvm.java.lang.Class.forName(_NUMERIC).getField("MODULE$").get(None)
    session = jvm.com.intel.analytics.bigdl.dllib.utils.tf.TensorflowLoader.checkpoints(
        str(pipeline.path / GRAPH),
        str(pipeline.path / TENSORS),
        jvm.java.nio.ByteOrder.LITTLE_ENDIAN,
        jvm.scala.reflect.ClassTag.Float(),
        numeric,
    )
    names = jvm.java.util.ArrayList()
    for name in (pipeline.nodes.feature, pipeline.nodes.label):
        names.add(name)
    endpoints = jvm.scala.collection.JavaConverters.asScalaBuffer(names)
    records = session.getRDD(endpoints, cluster.context._jsc.sc(), True).count()
    print(f"recovered {records} records")
