using Isthmus.Core.Quantities;

namespace Isthmus.Node.Execution;

/// <summary>The times of a request's stages while it is being answered.</summary>
internal sealed class Stages
{
    public Milliseconds Queue { get; set; }

    public Milliseconds Decode { get; set; }

    public Milliseconds Unpack { get; set; }

    public Milliseconds Run { get; set; }

    public Milliseconds Encode { get; set; }

    public Milliseconds Forward { get; set; }

    public long BytesForwarded { get; set; }

    /// <summary>Whether a session had to be loaded while the request waited.</summary>
    public bool IsCold { get; set; }
}
