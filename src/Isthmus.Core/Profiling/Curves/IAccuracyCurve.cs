namespace Isthmus.Core.Profiling.Curves;

/// <summary>
/// How the accuracy grows with the fraction x of the input's bytes that crosses, 0 &lt; x ≤ 1 (Zhao et al., Globecom Workshops 2020). Never falls with x.
/// Accuracy is a share of images, 0…1: of those classified correctly (top-1), or without labels of those classified as the whole, un-encoded image is.
/// </summary>
public interface IAccuracyCurve
{
    /// <summary>What kind of curve it is, such as "gompertz"; as written to a profile.</summary>
    string Kind { get; }

    /// <summary>The accuracy at a fraction, 0…1.</summary>
    /// <param name="fraction">0…1.</param>
    double At(double fraction);

    /// <summary>How much accuracy a little more would bring: the derivative, or of a curve of straight pieces the slope to the right.</summary>
    /// <param name="fraction">0…1.</param>
    double SlopeAt(double fraction);

    /// <summary>The smallest fraction, 0…1, at which the accuracy is reached; null if not even 1 reaches it.</summary>
    /// <param name="accuracy">Wanted.</param>
    double? Inverse(double accuracy);
}
