package com.intel.analytics.bigdl.dllib.nn.mkldnn

import com.intel.analytics.bigdl.mkl.Memory

/**
 * The sum of inputs of one shape, for inference, into memory of its own.
 *
 * BigDL joins its own `CAddTable` with a convolution before it, whoever else reads what it then
 * writes over, and whatever the order of the values there. It does not know this one.
 */
class Sum extends MklDnnLayer {

  override private[mkldnn] def initFwdPrimitives(inputs: Array[MemoryData], phase: Phase) = {
    _inputFormats = nativeData(inputs)
    val shape = inputs(0).shape
    val wanted =
      MklDnnMemory.MemoryDescInit(shape.length, shape, inputs(0).dataType, Memory.Format.any)
    val primitive = MklDnnMemory.SumPrimitiveDescCreate(
      wanted, inputs.length, inputs.map(_ => 1f), inputs.map(_.getPrimitiveDescription(runtime)))
    _outputFormats = Array(MemoryData.primitiveOutput(primitive))
    updateOutputPrimitives = Array(MklDnnMemory.PrimitiveCreate2(
      primitive, _inputFormats.map(_.getPrimitive(runtime)), new Array[Int](inputs.length),
      inputs.length, _outputFormats.map(_.getPrimitive(runtime)), 1))
    output = initTensor(_outputFormats(0))
    (_inputFormats, _outputFormats)
  }

  override private[mkldnn] def initBwdPrimitives(grad: Array[MemoryData], phase: Phase) =
    throw new UnsupportedOperationException("Sum is for inference")
}
