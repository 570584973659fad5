namespace Isthmus.Runtime.Calibration;

/// <summary>An answer of the un-split network in the journal.</summary>
/// <param name="Image">The image's number.</param>
/// <param name="First">The class that it ranks first.</param>
/// <param name="Right1">Whether that is right.</param>
/// <param name="Right5">Whether the right one is among the first five.</param>
/// <param name="Unusable">Why the file could not be used; null if it could.</param>
internal sealed record JournalAnswer(int Image, int First, bool Right1, bool Right5, string? Unusable);
