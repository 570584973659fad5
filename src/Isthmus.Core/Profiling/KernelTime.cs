using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>How long one kernel of the inference runtime took: an operator of the network, or several that the runtime has fused.</summary>
/// <param name="Name">What the runtime calls it: after the operator, or after a tensor that it makes.</param>
/// <param name="Operator">What it computes, such as Conv.</param>
/// <param name="Time">The median of its runs, emulated slow-down included.</param>
public sealed record KernelTime(string Name, string Operator, [property: JsonPropertyName("ms")] Milliseconds Time);
