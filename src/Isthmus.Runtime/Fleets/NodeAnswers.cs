using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Fleets;

/// <summary>What a node may say: it is another machine, perhaps of another version, and its answers go into files and onto terminals.</summary>
internal static class NodeAnswers
{
    private const int MaxText = 160;

    /// <summary>What a node says of itself, its texts short and without control characters; null if it makes no sense.</summary>
    public static NodeDescription? Clean(NodeDescription said) =>
        Enum.IsDefined(said.Tier) && said.Slowdown is >= 1 and <= 1e6 && said.Threads is >= 1 and <= 65536
            ? said with { Node = Text(said.Node), Host = Text(said.Host), Runtime = Text(said.Runtime) } : null;

    /// <summary>A text as it may be shown and kept.</summary>
    public static string Text(string? text) => DocumentNode.Shown(text ?? "", MaxText);

    /// <summary>A measurement that can be planned with.</summary>
    /// <exception cref="NodeException">It was not asked for, or has numbers that cannot be.</exception>
    public static MeasureReply Checked(MeasureReply reply, MeasureRequest request, Uri url)
    {
        bool sound = reply.Timing is { Count: > 0 } timing && IsTime(timing.P50) && IsTime(timing.P95) && IsTime(reply.Load)
            && reply.PeakMemoryBytes is null or (>= 0 and <= ProfileRules.MaxSize)
            && !reply.Codecs.IsDefault && reply.Codecs.Select(c => c.Codec).SequenceEqual(request.Codecs) && reply.Codecs.All(c => IsTime(c.Encode) && IsTime(c.Decode))
            && !reply.Inputs.IsDefault && reply.Inputs.Select(i => i.Encoding).SequenceEqual(request.Inputs) && reply.Inputs.All(i => IsTime(i.Encode) && IsTime(i.Decode));
        return sound ? reply : throw new NodeException(NodeFailure.Garbled, url, $"The node {url.Authority} measured what cannot be; check its version.");
    }

    private static bool IsTime(Milliseconds time) => time.Value is >= 0 and <= ProfileRules.MaxMilliseconds;
}
