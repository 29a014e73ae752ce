// The `bigdl` feature engine: what Python cannot say of BigDL. It lives in BigDL's own package
// because the loader's `parse`, which reads model.pb, is visible there only.
package com.intel.analytics.bigdl.graft

/** An error whose message is for the user; Python raises its own error of the same name. */
sealed abstract class UserError(message: String) extends Exception(message)

/** A record, a picture or a dump is not as expected. */
class DataError(message: String) extends UserError(message)

/** A file system refuses to be written. */
class StorageError(message: String) extends UserError(message)

/** A file system cannot be reached from here. */
class SetupError(message: String) extends UserError(message)

/** This engine cannot compute a graph as TensorFlow does; another engine may. */
class UnsupportedGraphError(message: String) extends UserError(message)

/** This engine cannot decode a sound picture; another engine may. */
class UnsupportedRecordError(message: String) extends UserError(message)
