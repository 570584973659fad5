namespace Isthmus.Runtime.Protocol;

/// <summary>Asks a node to make a segment ready to run, without running it.</summary>
public sealed record WarmRequest
{
    /// <summary>The tensors where the segment begins; null at the model's inputs.</summary>
    public IReadOnlyList<string>? From { get; init; }

    /// <summary>The tensors where it ends; null at the model's outputs.</summary>
    public IReadOnlyList<string>? To { get; init; }

    /// <summary>
    /// Whether requests will need it next. If not, it is a guess: the node declines while requests wait, while it loads something else, or
    /// where it would have to drop what was used lately. Default not.
    /// </summary>
    public bool Urgent { get; init; }
}
