namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>One photograph, answered by one method.</summary>
/// <param name="File">The photograph.</param>
/// <param name="Answer">The class index that was ranked first; null if there is no answer.</param>
/// <param name="Reference">What the un-split network ranks first.</param>
/// <param name="Label">The class on the photograph; null if that is not known.</param>
/// <param name="Ms">Milliseconds from file to answer; null without an answer.</param>
/// <param name="BytesUp">Bytes that left the device.</param>
/// <param name="Fallback">What happened instead of the plan; null if the plan was carried out.</param>
/// <param name="Error">Why there is no answer; null if there is one.</param>
public sealed record JaladAnswer(string File, int? Answer, int? Reference, int? Label, double? Ms, long BytesUp, string? Fallback, string? Error);
