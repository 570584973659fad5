using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Transport;

/// <summary>What was written of content under a <see cref="BodyPace"/>.</summary>
/// <param name="Content">Bytes of the content that were written.</param>
/// <param name="Whole">Bytes of the whole content.</param>
/// <param name="Took">How long the content took to be written: until its last byte leaves at the pace.</param>
public sealed record PacedTransfer(ByteCount Content, ByteCount Whole, Milliseconds Took);
