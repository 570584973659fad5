using Isthmus.Inference.Classification;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>A picture of the experiment.</summary>
/// <param name="Image">The picture.</param>
/// <param name="Photograph">The number of the photograph that it is, or is a view of.</param>
internal sealed record ZhaoPhotograph(LabelledImage Image, int Photograph);
