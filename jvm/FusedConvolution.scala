package com.intel.analytics.bigdl.dllib.nn.mkldnn

import com.intel.analytics.bigdl.dllib.nn.abstractnn.Activity
import com.intel.analytics.bigdl.dllib.tensor.Tensor
import com.intel.analytics.bigdl.mkl.{AlgKind, Memory, MklDnn, PropKind, Query}

/**
 * Weights and geometry of a convolution. Pairs are of height and width.
 *
 * @param name tells the weights from those of other convolutions of the network
 * @param shape `[outputs, inputs, height, width]`, or with a group for each input
 *              `[groups, outputs / groups, 1, height, width]`
 * @param before pixels that are added above and to the left
 * @param after pixels that are added below and to the right
 * @param weights their values, in the order of `shape`
 */
case class Kernel(
    name: String, shape: Array[Int], strides: (Int, Int), before: (Int, Int), after: (Int, Int),
    bias: Array[Float], weights: () => Array[Float]) {

  /** Height and width of the output for an input of `height` and `width`. */
  def output(height: Int, width: Int): (Int, Int) = {
    val Array(ownHeight, ownWidth) = shape.takeRight(2)
    ((height + before._1 + after._1 - ownHeight) / strides._1 + 1,
      (width + before._2 + after._2 - ownWidth) / strides._2 + 1)
  }
}

/**
 * A convolution, a sum and a ReLU in one pass over memory, for inference:
 * `min(max(convolution(x) + bias + y, 0), bound)`.
 *
 * BigDL's own convolution takes in no ReLU with a bound, pads as much below as above, mistakes the
 * order of values of what it adds to, and keeps room for gradients.
 *
 * @param bound of the ReLU, see `Clip`; without one there is no ReLU
 * @param adds whether a second input `y` is added; the output is written over it
 * @param natives where the weights are; networks of the same weights share them
 */
class FusedConvolution(
    private var kernel: Kernel, bound: Option[Float], adds: Boolean, natives: NativeWeights)
    extends MklDnnLayer {
  @transient private var weight: Tensor[Float] = _
  @transient private var bias: Tensor[Float] = _
  @transient private var memories: Array[Long] = _

  override private[mkldnn] def initFwdPrimitives(inputs: Array[MemoryData], phase: Phase) = {
    val primitive = describe(inputs(0).shape)
    val Seq(source, order, target) =
      Seq(Query.SrcPd, Query.WeightsPd, Query.DstPd).map(MemoryData.operationWant(primitive, _))
    val shift = NativeData(Array(kernel.bias.length), Memory.Format.x)
    weight = natives(s"${kernel.name} weights", order, runtime)(
      kernel.weights(), kernel.shape, if (kernel.shape.length == 4) Memory.Format.oihw else Memory.Format.goihw)
    bias = natives(s"${kernel.name} bias", shift, runtime)(
      kernel.bias, shift.shape, Memory.Format.x)
    // The values on the heap are not needed again.
    kernel = null
    val operands = Array(source, order, shift).map(_.getPrimitive(runtime))
    val results = Array(target.getPrimitive(runtime))
    updateOutputPrimitives = Array(
      MklDnnMemory.PrimitiveCreate2(primitive, operands, new Array[Int](3), 3, results, 1))
    memories = operands ++ results
    if (!adds) output = initTensor(target)
    _inputFormats = if (adds) Array(source, target) else Array(source)
    _outputFormats = Array(target)
    (_inputFormats, _outputFormats)
  }

  private def describe(input: Array[Int]): Long = {
    val (height, width) = kernel.output(input(2), input(3))
    val shape = Array(input(0), kernel.bias.length, height, width)
    val Seq(source, weights, target) =
      Seq(input, kernel.shape, shape).map(NativeData(_, Memory.Format.any).getMemoryDescription())
    val shift = NativeData(Array(kernel.bias.length), Memory.Format.x).getMemoryDescription()
    val description = MklDnnMemory.DilatedConvForwardDescInit(
      PropKind.ForwardInference, AlgKind.ConvolutionDirect, source, weights, shift, target,
      pair(kernel.strides), Array(0, 0), pair(kernel.before), pair(kernel.after),
      MklDnn.PaddingKind.mkldnnPaddingZero)
    MklDnnMemory.PrimitiveDescCreateV2(description, attributes(), runtime.engine, 0L)
  }

  private def attributes(): Long = {
    val operations = MklDnnMemory.CreatePostOps()
    if (adds) MklDnn.PostOpsAppendSum(operations, 1f)
    for ((kind, alpha) <- bound.map(Clip.operation)) {
      MklDnn.PostOpsAppendEltwise(operations, 1f, kind, alpha, 0f)
    }
    val made = MklDnnMemory.CreateAttr()
    MklDnn.AttrSetPostOps(made, operations)
    made
  }

  private def pair(values: (Int, Int)): Array[Int] = Array(values._1, values._2)

  override def updateOutput(input: Activity): Activity = {
    val source = if (adds) input.toTable[Tensor[Float]](1) else input.toTensor[Float]
    if (adds) output = input.toTable[Tensor[Float]](2)
    MklDnnOps.streamSubmit(
      runtime.stream, 1, updateOutputPrimitives, 1, memories,
      Array(source, weight, bias, output.toTensor[Float]))
    output
  }

  override private[mkldnn] def initBwdPrimitives(grad: Array[MemoryData], phase: Phase) =
    throw new UnsupportedOperationException("FusedConvolution is for inference")
}
