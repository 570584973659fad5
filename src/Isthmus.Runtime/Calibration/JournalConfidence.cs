namespace Isthmus.Runtime.Calibration;

/// <summary>An answer of the device's network in the journal.</summary>
/// <param name="Image">The image's number among those that are pictures.</param>
/// <param name="Confidence">Its largest probability.</param>
/// <param name="Right">Whether that is for the right class; without labels, for the un-split network's.</param>
internal sealed record JournalConfidence(int Image, double Confidence, bool Right);
