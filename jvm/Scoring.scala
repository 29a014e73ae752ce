package com.intel.analytics.bigdl.graft

import java.nio.{ByteBuffer, ByteOrder}
import java.nio.charset.StandardCharsets.UTF_8

import org.apache.hadoop.conf.Configuration
import org.apache.spark.api.java.JavaRDD
import org.apache.spark.util.SerializableConfiguration

/**
 * Features of pictures that pass by, for what Python makes of them. A picture that this engine
 * cannot decode is an answer here, and no error of the job.
 */
object Scoring {
  private type Bytes = Array[Byte]

  /**
   * Features of records, in the order of `elements`.
   *
   * @param elements two for each record: anything, and a serialised example or nothing
   * @return two for each: that anything; and `f` with the feature as raw little-endian float32, `e`
   *         with the reason why it has none, or nothing where nothing came
   */
  def features(elements: JavaRDD[Bytes], dump: Dump): JavaRDD[Bytes] = {
    val conf = new SerializableConfiguration(elements.context.hadoopConfiguration)
    elements.rdd.mapPartitions { found =>
      // A pipeline's own batch: more would only wait in memory.
      found.grouped(2 * Pipelines.Batch).flatMap { group =>
        val pairs = group.grouped(2).map { case Seq(beside, record) => (beside, record) }.toSeq
        val records = pairs.map(_._2).filter(_.nonEmpty)
        val answers = answersTo(records, dump, conf.value).iterator
        pairs.flatMap { case (beside, record) =>
          Seq(beside, if (record.isEmpty) record else answers.next())
        }
      }
    }.toJavaRDD()
  }

  private def answersTo(records: Seq[Bytes], dump: Dump, conf: Configuration): Seq[Bytes] =
    try run(records, dump, conf)
    catch {
      // One of them is bad: each by itself tells which, and why.
      case _: DataError | _: UnsupportedRecordError => records.map { record =>
        try run(Seq(record), dump, conf).head
        catch {
          case e @ (_: DataError | _: UnsupportedRecordError) =>
            ("e" + e.getMessage.stripPrefix(s"${RecordName.origin(Nowhere, 0, record)}: "))
              .getBytes(UTF_8)
        }
      }
    }

  private def run(records: Seq[Bytes], dump: Dump, conf: Configuration): Seq[Bytes] =
    if (records.isEmpty) Seq()
    else Pipelines.use(dump, conf) { pipeline =>
      var features = Seq[Bytes]()
      pipeline.foreachBatch(Nowhere, records.iterator) { (_, batch, outputs) =>
        features ++= batch.indices.map(i => bytes(outputs.head, i * dump.featureSize, dump.featureSize))
      }
      features
    }

  private def bytes(values: Array[Float], first: Int, count: Int): Bytes = {
    val buffer = ByteBuffer.allocate(1 + 4 * count).order(ByteOrder.LITTLE_ENDIAN).put('f'.toByte)
    (first until first + count).foreach(i => buffer.putFloat(values(i)))
    buffer.array
  }

  // Pictures that come from no shard.
  private val Nowhere = Chunk("", 0, 0, 0, 0, "")
}
