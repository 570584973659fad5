namespace Isthmus.Lab.Fuzzing.Images;

/// <summary>What became of the inputs of one form that were made of one kind of good input.</summary>
/// <param name="Form">The form as which they were read.</param>
/// <param name="Corpus">The good input.</param>
/// <param name="Inputs">How many.</param>
/// <param name="Accepted">How many became a tensor; the others were refused.</param>
/// <param name="SlowestMs">The longest time for one, in milliseconds.</param>
/// <param name="PeakBytes">The most memory that the process had in use meanwhile; 0 where the system does not tell.</param>
public sealed record ImageFuzzTally(string Form, string Corpus, long Inputs, long Accepted, double SlowestMs, long PeakBytes)
{
    /// <summary>Two together.</summary>
    internal static ImageFuzzTally Sum(ImageFuzzTally a, ImageFuzzTally b) =>
        a with { Inputs = a.Inputs + b.Inputs, Accepted = a.Accepted + b.Accepted, SlowestMs = Math.Max(a.SlowestMs, b.SlowestMs), PeakBytes = Math.Max(a.PeakBytes, b.PeakBytes) };
}
