using System.Runtime.InteropServices;
using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Runtime.Pipelines;

/// <summary>
/// How much of each picture is sent, by its own bytes: at the plan's fraction another byte of the mean picture brings so much accuracy (the curve's slope over the mean bytes); of every picture as much is
/// sent as still brings that. So a picture that takes many bytes is cut shorter, and one that takes few is sent further; the mean may come to more bytes or fewer than the plan's. None is sent further than
/// the deadline lets cross.
/// </summary>
/// <param name="curve">The curve of the family.</param>
public sealed class CurveChooser(InputCurve curve) : IPartChooser
{
    private readonly IAccuracyCurve _curve = curve.Curve;
    private readonly FractionChoice _choice = new(curve.Curve);

    /// <inheritdoc/>
    public int Choose(PartQuestion question)
    {
        if (question.Planned.Whole != curve.Reference) return question.PlannedBytes;
        double perByte = Math.Max(0, _curve.SlopeAt(question.Planned.Fraction) / curve.Bytes.Value);
        ReadOnlySpan<int> boundaries = CollectionsMarshal.AsSpan([.. question.Boundaries]);
        FractionCut worth = _choice.WorthItsBytes(question.WholeBytes, perByte, boundaries);
        if (worth.Bytes > question.Sendable) worth = _choice.WithinBytes(question.WholeBytes, question.Sendable, boundaries);
        return Math.Clamp(worth.Bytes, Math.Min(question.Least, question.WholeBytes), question.WholeBytes);
    }
}
