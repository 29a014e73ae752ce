package com.intel.analytics.bigdl.graft

import com.intel.analytics.bigdl.dllib.nn.abstractnn.AbstractModule
import com.intel.analytics.bigdl.dllib.optim.Trigger
import com.intel.analytics.bigdl.dllib.utils.Table
import org.apache.logging.log4j.LogManager

/**
 * Measures every epoch on records that are held out, logs it beside the optimiser's lines, and ends
 * a training whose loss on them has not fallen for some epochs.
 *
 * BigDL asks it before every step, after it validated and saved the epoch before.
 *
 * @param model the model that is trained, with the weights of the last epoch at its end
 * @param heldOut the records
 * @param last number of the epoch that training ends with at the latest
 * @param patience epochs without a lower loss after which training ends
 * @param known losses of the epochs of earlier tries
 */
class Patience(
    model: AbstractModule[_, _, Float],
    heldOut: HeldOut,
    last: Int,
    patience: Int,
    known: Array[Double])
  extends Trigger {

  private val logger = LogManager.getLogger("com.intel.analytics.bigdl.dllib.optim.Patience")
  private var measured = 0
  private var lowest = Double.PositiveInfinity
  private var best = 0
  known.foreach(take)

  override def apply(state: Table): Boolean = {
    val epoch = state[Int]("epoch") - 1
    if (epoch > measured) {
      val sums = heldOut.measure(LinearHead.of(model))
      logger.info(s"[Epoch $epoch][Iteration ${state[Int]("neval") - 1}] Set aside: loss is " +
        s"${sums.meanLoss}, ${sums.right} of ${sums.records} records are right")
      take(sums.meanLoss)
    }
    epoch >= last || epoch - best >= patience
  }

  private def take(loss: Double): Unit = {
    measured += 1
    if (loss < lowest) {
      lowest = loss
      best = measured
    }
  }
}
