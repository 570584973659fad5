using Isthmus.Core.Graphs;

namespace Isthmus.Node.Models;

/// <summary>Which segment of which model a session runs. Names are joined by a character that ONNX names do not hold.</summary>
internal readonly record struct SegmentKey(ModelHash Model, string? From, string? To)
{
    /// <summary>The key of a segment.</summary>
    public static SegmentKey Of(ModelHash model, IReadOnlyList<string>? from, IReadOnlyList<string>? to) =>
        new(model, from is null ? null : string.Join('\0', from), to is null ? null : string.Join('\0', to));
}
