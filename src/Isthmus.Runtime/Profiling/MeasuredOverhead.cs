using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Profiling;

/// <summary>What a request costs a node beyond computing, and how large its answer is.</summary>
/// <param name="Overhead">Parsing, copying, HTTP; median.</param>
/// <param name="AnswerBytes">Bytes of the answer.</param>
internal sealed record MeasuredOverhead(Milliseconds Overhead, long AnswerBytes);
