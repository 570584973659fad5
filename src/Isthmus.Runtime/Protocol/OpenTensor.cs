using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Protocol;

/// <summary>How a tensor's content may end before all of it came.</summary>
/// <param name="Until">How long after the JSON part arrived the receiver goes on with what came.</param>
/// <param name="Least">Bytes that must have come before it does.</param>
internal sealed record OpenTensor(Milliseconds Until, int Least);
