package com.intel.analytics.bigdl.dllib.nn.mkldnn

import com.intel.analytics.bigdl.mkl.{AlgKind, PropKind}

/**
 * ReLU with an upper bound, for inference: `min(max(x, 0), bound)`. TensorFlow's `Relu6` has 6, its
 * `Relu` none: infinity.
 *
 * BigDL joins its own ReLU with the layer before it, whoever else reads that. It does not know this
 * one. It is in BigDL's package because a layer's `initFwdPrimitives` is private to it.
 */
class Clip(bound: Float) extends MklDnnLayer {

  override private[mkldnn] def initFwdPrimitives(inputs: Array[MemoryData], phase: Phase) = {
    _inputFormats = singleNativeData(inputs)
    val (kind, alpha) = Clip.operation(bound)
    val description = MklDnnMemory.EltwiseForwardDescInit(
      PropKind.ForwardInference, kind, _inputFormats(0).getMemoryDescription(), alpha, 0)
    val primitive = MklDnnMemory.PrimitiveDescCreate(description, runtime.engine, 0L)
    _outputFormats = Array(MemoryData.primitiveOutput(primitive))
    updateOutputPrimitives = Array(MklDnnMemory.PrimitiveCreate2(
      primitive, _inputFormats.map(_.getPrimitive(runtime)), Array(0), 1,
      _outputFormats.map(_.getPrimitive(runtime)), 1))
    output = initTensor(_outputFormats(0))
    (_inputFormats, _outputFormats)
  }

  override private[mkldnn] def initBwdPrimitives(grad: Array[MemoryData], phase: Phase) =
    throw new UnsupportedOperationException("Clip is for inference")
}

object Clip {

  /** MKL-DNN's element-wise operation for a bound, and its parameter. */
  private[mkldnn] def operation(bound: Float): (Int, Float) =
    if (bound.isInfinite) (AlgKind.EltwiseRelu, 0f) else (AlgKind.EltwiseBoundedRelu, bound)
}
