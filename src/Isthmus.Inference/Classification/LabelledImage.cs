namespace Isthmus.Inference.Classification;

/// <summary>A picture, and what is on it if that is known.</summary>
/// <param name="Path">Where the file lies.</param>
/// <param name="Name">Its path relative to the folder that was given, with forward slashes.</param>
/// <param name="ClassIndex">The class, counted from 0 without background; null if it is not known.</param>
public sealed record LabelledImage(string Path, string Name, int? ClassIndex);
