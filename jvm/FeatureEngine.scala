package com.intel.analytics.bigdl.graft

import java.nio.{ByteBuffer, ByteOrder}
import java.nio.file.{Files, Paths}
import java.util.{List => JList, Map => JMap}

import scala.collection.JavaConverters._

import com.intel.analytics.bigdl.dllib.nn.mkldnn.NativeWeights
import com.intel.analytics.bigdl.dllib.tensor.Tensor
import com.intel.analytics.bigdl.dllib.tensor.TensorNumericMath.TensorNumeric.NumericFloat
import com.intel.analytics.bigdl.dllib.utils.tf.{BigDLSessionImpl, TensorflowLoader}
import org.apache.spark.{SparkContext, TaskContext, TaskKilledException}
import org.apache.spark.api.java.JavaRDD
import org.apache.spark.util.{LongAccumulator, SerializableConfiguration}

/** The functions that Python calls. */
object FeatureEngine {

  /** A dump as Python has it. */
  def dump(weights: String, graph: String, tensors: String, nodes: JMap[String, String],
      preprocessing: Recipe, featureSize: Int): Dump =
    Dump(weights, graph, tensors, nodes.asScala.toMap, preprocessing, featureSize)

  /** A preprocessing as Python has it. */
  def recipe(size: Int, scale: Double, crop: Double, shorterSide: Int, subtract: JList[Double],
      multiply: JList[Double], bgr: Boolean): Recipe =
    Recipe(size, scale.toFloat, crop, shorterSide, subtract.asScala.map(_.toFloat),
      multiply.asScala.map(_.toFloat), bgr)

  /**
   * Writes the features of all chunks, a file for each, on the executors.
   *
   * @param done counts records as they are written
   * @return a line for each file, as `WrittenFile` has it
   */
  def extract(sc: SparkContext, dump: Dump, chunks: JList[Chunk], folder: String,
      done: LongAccumulator): String = {
    val conf = new SerializableConfiguration(sc.hadoopConfiguration)
    sc.parallelize(chunks.asScala, chunks.size).map { chunk =>
      stopIfCancelled()
      TfRecords.read(chunk, conf.value) { records =>
        Pipelines.use(dump, conf.value) { pipeline =>
          stopIfCancelled()
          FeatureFile.write(folder, chunk.file, conf.value) { write =>
            var written = 0L
            pipeline.foreachBatch(chunk, records) { (first, batch, outputs) =>
              stopIfCancelled()
              for ((labelled, i) <- batch.zipWithIndex) {
                val feature = outputs.head.slice(i * dump.featureSize, (i + 1) * dump.featureSize)
                write(Row(chunk.shardName, first + i, labelled, feature))
              }
              written += batch.length
            }
            done.add(written)
            written
          }
        }
      }
    }.collect().mkString("\n")
  }

  /** The records of every chunk, a partition for each, for what runs in Python. */
  def records(sc: SparkContext, chunks: JList[Chunk]): JavaRDD[Array[Byte]] = {
    val conf = new SerializableConfiguration(sc.hadoopConfiguration)
    sc.parallelize(chunks.asScala, chunks.size).mapPartitions { chunk =>
      // All at once: Spark tells of an error here as it is, of one beside a Python worker with a
      // trace of that.
      TfRecords.read(chunk.next(), conf.value)(_.toArray).iterator
    }.toJavaRDD()
  }

  /** A cancelled job's features are for nobody. */
  private def stopIfCancelled(): Unit =
    if (TaskContext.get().isInterrupted()) throw new TaskKilledException

  /**
   * Runs one chunk here and writes every named node as raw little-endian float32, all records
   * together, to `folder/<index of the name>`; the image batch may be among them.
   */
  def writeEndPoints(sc: SparkContext, dump: Dump, chunk: Chunk, names: JList[String],
      folder: String): Unit = {
    val image = dump.nodes("image_batch")
    val outputs = names.asScala.filter(_ != image)
    val natives = new NativeWeights
    val pipeline = Pipeline(dump, sc.hadoopConfiguration, chunk.records, outputs, natives)
    try TfRecords.read(chunk, sc.hadoopConfiguration) { records =>
      pipeline.foreachBatch(chunk, records) { (_, _, arrays) =>
        val values = outputs.zip(arrays).toMap + (image -> pipeline.images)
        for ((name, i) <- names.asScala.zipWithIndex) {
          val floats = values(name)
          val bytes = ByteBuffer.allocate(4 * floats.length).order(ByteOrder.LITTLE_ENDIAN)
          bytes.asFloatBuffer().put(floats)
          Files.write(Paths.get(folder, i.toString), bytes.array)
        }
      }
    } finally {
      pipeline.release()
      natives.release()
    }
  }

  /**
   * Reads the network of a dump as layers without their weights, as far as that is possible.
   *
   * @return the kinds of layers, in the order in which they run
   */
  def readNetwork(dump: Dump): JList[String] = {
    val layered =
      Network.layers(new Graph(dump.graph), dump, 1, Seq(dump.nodes("feature")), new NativeWeights)
    layered.getSortedForwardExecutions().map(_.element.getClass.getSimpleName).toSeq.asJava
  }

  /**
   * The reference: what BigDL itself makes of a dump, `session.getRDD`, as files of features.
   * In no promised order; `record` counts from 0 in every partition.
   *
   * @return how many records were written
   */
  def extractWithGetRdd(sc: SparkContext, dump: Dump, folder: String): Long = {
    val conf = new SerializableConfiguration(sc.hadoopConfiguration)
    val session =
      TensorflowLoader.checkpoints[Float](dump.graph, dump.tensors, ByteOrder.LITTLE_ENDIAN)
        .asInstanceOf[BigDLSessionImpl[Float]]
    val names = Seq(dump.nodes("feature"), dump.nodes("label"))
    session.getRDD(names, sc).mapPartitionsWithIndex { (index, records) =>
      val shard = s"getRDD-$index"
      Iterator(FeatureFile.write(folder, s"$shard.parquet", conf.value) { write =>
        var written = 0L
        for (record <- records) {
          val feature = record[Tensor[Float]](1).contiguous()
          val offset = feature.storageOffset() - 1
          val values = feature.storage().array().slice(offset, offset + dump.featureSize)
          val label = record[Tensor[Float]](2).max(1)._2.value().toInt - 1
          write(Row(shard, written, Labelled(label, name = "", digest = ""), values))
          written += 1
        }
        written
      }.records)
    }.fold(0L)(_ + _)
  }
}
