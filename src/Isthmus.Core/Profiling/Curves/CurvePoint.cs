using System.Text.Json.Serialization;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling.Curves;

/// <summary>What was measured at one fraction of a family.</summary>
/// <param name="Encoding">The form that was measured, such as "jpeg:75@0.4" or "jpeg:50".</param>
/// <param name="Fraction">x, above 0 and at most 1: of a first part the share that was asked for, else its mean bytes by those of the reference.</param>
/// <param name="Bytes">Mean bytes that cross, with the request around the picture.</param>
/// <param name="Accuracy">Share of images, 0…1, as measured: classified correctly, or without labels as the whole, un-encoded image is.</param>
/// <param name="Low">Lower end of the 95 % interval of <paramref name="Accuracy"/> (Wilson's).</param>
/// <param name="High">Upper end.</param>
/// <param name="Agreement">
/// Share of images, 0…1, classified as the whole image in the family's reference form is: what can be checked where nobody knows the right class, by sending everything.
/// </param>
/// <param name="Count">How many images.</param>
public sealed record CurvePoint(InputEncoding Encoding, double Fraction, ByteCount Bytes, double Accuracy, double Low, double High, double Agreement, int Count)
{
    /// <summary>Whether only the first part of the reference's bytes crosses, so that other fractions can be asked for too.</summary>
    [JsonIgnore]
    public bool IsPart => Encoding.IsPartial;
}
