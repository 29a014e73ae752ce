package com.intel.analytics.bigdl.graft

import java.nio.{ByteBuffer, ByteOrder}

import scala.reflect.ClassTag

import com.intel.analytics.bigdl.dllib.nn.abstractnn.AbstractModule
import com.intel.analytics.bigdl.dllib.tensor.Tensor
import org.apache.spark.api.java.JavaRDD
import org.apache.spark.storage.StorageLevel

/** The weights of a linear layer, row after row, and its bias. */
case class LinearHead(weight: Array[Float], bias: Array[Float])

object LinearHead {
  /** Those of a model whose only layer with weights is a linear one. */
  def of(model: AbstractModule[_, _, Float]): LinearHead = {
    val Array(weight, bias) = model.parameters()._1.map(values)
    LinearHead(weight, bias)
  }

  private def values(tensor: Tensor[Float]): Array[Float] = {
    val compact = tensor.contiguous()
    val start = compact.storageOffset() - 1
    compact.storage().array().slice(start, start + compact.nElement())
  }
}

/** Sums over records: weighted cross entropy, weight, records that are predicted right, records. */
case class HeldOutSums(loss: Double, weight: Double, right: Long, records: Long) {
  def +(other: HeldOutSums): HeldOutSums = HeldOutSums(
    loss + other.loss, weight + other.weight, right + other.right, records + other.records)

  def meanLoss: Double = loss / weight
}

/** Records with which no training step is made, on which the model of an epoch is measured. */
trait HeldOut {
  def measure(head: LinearHead): HeldOutSums
}

/** Records in the driver's memory. */
class LocalHeldOut(part: HeldOutPart, weights: Array[Double]) extends HeldOut {
  override def measure(head: LinearHead): HeldOutSums = part.measure(head, weights)
}

/** Records in the memory of the executors. */
class DistributedHeldOut(parts: JavaRDD[Array[AnyRef]], weights: Array[Double]) extends HeldOut {
  private val kept = parts.rdd.map(HeldOutPart.fromPython).persist(StorageLevel.MEMORY_AND_DISK)

  override def measure(head: LinearHead): HeldOutSums = {
    val (sent, classWeights) = (kept.sparkContext.broadcast(head), weights)
    try kept.map(_.measure(sent.value, classWeights)).reduce(_ + _) finally sent.destroy()
  }
}

/**
 * Some of the records.
 *
 * @param feature features, row after row
 * @param label labels, from 0
 */
class HeldOutPart(feature: Array[Float], label: Array[Int]) extends Serializable {

  /** @param weights of the classes */
  def measure(head: LinearHead, weights: Array[Double]): HeldOutSums =
    label.indices.foldLeft(HeldOutSums(0, 0, 0, 0)) { (sums, record) =>
      val (scores, truth) = (logits(head, record), label(record))
      val largest = scores.max
      val loss = math.log(scores.map(score => math.exp(score - largest)).sum) + largest -
        scores(truth)
      val right = if (scores.indexOf(largest) == truth) 1 else 0
      sums + HeldOutSums(weights(truth) * loss, weights(truth), right, 1)
    }

  private def logits(head: LinearHead, record: Int): Array[Double] = {
    val size = feature.length / label.length
    val scores = new Array[Double](head.bias.length)
    var number = 0
    while (number < scores.length) {
      var sum = head.bias(number).toDouble
      var i = 0
      while (i < size) {
        sum += head.weight(number * size + i) * feature(record * size + i)
        i += 1
      }
      scores(number) = sum
      number += 1
    }
    scores
  }
}

object HeldOutPart {
  /** From the bytes of NumPy arrays, little endian: float32 features and int32 labels. */
  def of(feature: Array[Byte], label: Array[Byte]): HeldOutPart =
    new HeldOutPart(numbers(feature)(_.getFloat()), numbers(label)(_.getInt()))

  def fromPython(pair: Array[AnyRef]): HeldOutPart =
    of(pair(0).asInstanceOf[Array[Byte]], pair(1).asInstanceOf[Array[Byte]])

  private def numbers[T: ClassTag](bytes: Array[Byte])(next: ByteBuffer => T): Array[T] = {
    val buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)
    Array.fill(bytes.length / 4)(next(buffer))
  }
}
