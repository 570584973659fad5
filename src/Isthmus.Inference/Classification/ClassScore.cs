namespace Isthmus.Inference.Classification;

/// <summary>One class that a network considers.</summary>
/// <param name="Index">The class's index, without the background outputs: output index − label offset.</param>
/// <param name="Name">Its name, or "class N" if there is no labels file.</param>
/// <param name="Score">Its probability, 0 … 1, if the network or the manifest has a softmax; otherwise the output itself.</param>
public sealed record ClassScore(int Index, string Name, double Score);
