using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Protocol;

/// <summary>What a node says of a part of the picture, beside its answer from all of it.</summary>
/// <param name="Bytes">How long the part is.</param>
/// <param name="Agrees">Whether the part has the same first class.</param>
/// <param name="Time">How long that took. Part of the hop's total, and of none of its stages.</param>
public sealed record PartCheck(int Bytes, bool Agrees, [property: JsonPropertyName("ms")] Milliseconds Time);
