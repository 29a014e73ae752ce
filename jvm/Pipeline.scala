package com.intel.analytics.bigdl.graft

import java.util.concurrent.ConcurrentLinkedQueue

import scala.collection.mutable
import scala.util.Try
import scala.util.control.NonFatal

import com.intel.analytics.bigdl.dllib.nn.mkldnn.NativeWeights
import com.intel.analytics.bigdl.dllib.tensor.Tensor
import com.intel.analytics.bigdl.dllib.tensor.TensorNumericMath.TensorNumeric.NumericFloat
import org.apache.hadoop.conf.Configuration

/** A record that went through the pipeline. */
case class Row(shard: String, record: Long, labelled: Labelled, feature: Array[Float])

/**
 * What a record says of its picture: the label, from 0, the name, which may be empty, and the
 * SHA-256 of the encoded picture.
 */
case class Labelled(label: Int, name: String, digest: String)

/**
 * The pipeline of a dump, recovered once and run by one thread at a time.
 *
 * @param outputs the network's nodes that are wanted of every batch; without any it is not run
 * @param natives the network's weights
 */
class Pipeline(dump: Dump, batch: Int, outputs: Seq[String], natives: NativeWeights) {
  private val graph = new Graph(dump.graph)
  Jpeg.requireSame(graph.source(graph(dump.nodes("decoded")), 0))
  private val parser = new RecordParser(graph, dump)
  private val jpeg = new Jpeg
  private val preprocessing = new Preprocessing(dump.preprocessing)
  private val network =
    if (outputs.isEmpty) None else Some(Network(graph, dump, batch, outputs, natives))
  private val size = dump.preprocessing.size
  private val input = Tensor[Float](batch, size, size, 3)
  private val imageFloats = size * size * 3

  /**
   * Runs the chunk's records; gives the number of a batch's first record, labels and names, and
   * the outputs, each of all rows together, to `use`.
   */
  def foreachBatch(chunk: Chunk, records: Iterator[Array[Byte]])(
      use: (Long, Seq[Labelled], Seq[Array[Float]]) => Unit): Unit = {
    var first = chunk.first
    records.grouped(batch).foreach { group =>
      val labelled = group.zipWithIndex.map { case (record, i) =>
        prepare(record, i, RecordName.origin(chunk, first + i, record))
      }
      use(first, labelled, network.toSeq.flatMap(_.run(input)))
      first += group.size
    }
  }

  /** The network's input that the last batch left, float32 `[batch, height, width, 3]`. */
  def images: Array[Float] = input.storage().array()

  def release(): Unit = network.foreach(_.release())

  /** Puts a record's image into the batch and returns its label and name. */
  private def prepare(record: Array[Byte], index: Int, origin: => String): Labelled =
    try {
      val (encoded, labelled) = parser.parse(record)
      jpeg.decode(encoded)(preprocessing(_, images, index * imageFloats))
      labelled
    } catch {
      case e: DataError => throw new DataError(s"$origin: ${e.getMessage}")
      case e: UnsupportedRecordError =>
        throw new UnsupportedRecordError(s"$origin: ${e.getMessage}")
    }
}

object Pipeline {

  /** Recovers a dump's pipeline, wherever its files are, or says that this engine cannot. */
  def apply(
      dump: Dump, conf: Configuration, batch: Int, outputs: Seq[String], natives: NativeWeights)
      : Pipeline =
    try new Pipeline(dump.here(conf), batch, outputs, natives)
    catch {
      case e: UserError => throw e
      // BigDL's own layers refuse shapes in many words.
      case NonFatal(e) =>
        throw new UnsupportedGraphError(
          s"the bigdl engine cannot run the graph ${dump.graph} (${Storage.reason(e)})")
    }
}

/** Recovered pipelines that wait for the next task: as many as run at once, for a JVM's life. */
object Pipelines {
  // Larger batches are no faster on one thread and take more memory.
  private[graft] val Batch = 4

  private class Kept {
    val idle = new ConcurrentLinkedQueue[Pipeline]()
    val natives = new NativeWeights
  }

  private val kept = mutable.HashMap[String, Kept]()

  def use[A](dump: Dump, conf: Configuration)(work: Pipeline => A): A = {
    val ofDump = synchronized { kept.getOrElseUpdate(dump.weights, new Kept) }
    val pipeline = Option(ofDump.idle.poll())
      .getOrElse(Pipeline(dump, conf, Batch, Seq(dump.nodes("feature")), ofDump.natives))
    val result =
      try work(pipeline)
      catch {
        // What failed in the middle of a record is not used again.
        case e: Throwable => Try(pipeline.release()); throw e
      }
    ofDump.idle.add(pipeline)
    result
  }
}
