using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>
/// How long a node takes to make an input encoding from an image file, and to make the model's input tensor from it; medians.
/// For <see cref="InputKind.Local"/>, Encode is zero and Decode is from the image file to the tensor.
/// </summary>
public sealed record InputTiming(InputEncoding Encoding, Milliseconds Encode, Milliseconds Decode);
