using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Pipelines;

/// <summary>What one picture has come to on the device: what can still be sent, or finished here. Its memory lives until nobody uses it any more.</summary>
internal sealed class ImageRun : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private int _users = 1;

    public required string Name { get; init; }

    public required Plan Plan { get; init; }

    public required ReadOnlyMemory<byte> Image { get; init; }

    public required DevicePace Pace { get; init; }

    public required long Start { get; init; }

    /// <summary>How long a node may take; null for the pipeline's own timeout.</summary>
    public Milliseconds? Patience { get; init; }

    /// <summary>Says how much of the picture is sent; null for what the plan says.</summary>
    public IPartChooser? Chooser { get; init; }

    /// <summary>Whether there is an answer already, so that nobody need finish what a node does not.</summary>
    public bool HasAnswer { get; init; }

    /// <summary>Tensors that the device computed up to <see cref="Cut"/>; null if it has computed nothing.</summary>
    public Tensor[]? Activation { get; set; }

    /// <summary>The cut where <see cref="Activation"/> is; null if there is none.</summary>
    public string? Cut { get; set; }

    /// <summary>What is sent: frames, an encoded picture, or the input tensor.</summary>
    public ImmutableArray<InferTensor> Message { get; set; } = [];

    /// <summary>The form in which the picture crosses, if it does.</summary>
    public InputEncoding Input { get; set; }

    /// <summary>Bytes of the whole of that form; 0 if it is not progressive.</summary>
    public int WholeLength { get; set; }

    /// <summary>Bytes of it without which there is no picture.</summary>
    public int Least { get; set; }

    /// <summary>Where everything is sent to check a part of it: that part and its bytes; null where not.</summary>
    public (InputEncoding Form, int Bytes)? Checked { get; set; }

    /// <summary>Where what crosses is best cut.</summary>
    public IReadOnlyList<int> Boundaries { get; set; } = [];

    /// <summary>Whether a segment had to be loaded on the device first.</summary>
    public bool IsCold { get; set; }

    /// <summary>The device's own part of the stages.</summary>
    public StageTimes Times { get; set; } = new();

    public ImmutableArray<SegmentPlace> Places { get; set; } = [];

    /// <summary>When the device was busy with it before anything was sent.</summary>
    public ImmutableArray<StageSpan> Spans { get; set; } = [];

    /// <summary>Keeps memory until the run is over.</summary>
    public T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>One more attempt uses the memory; it disposes the run once, too.</summary>
    public void Share() => Interlocked.Increment(ref _users);

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) > 0) return;
        foreach (IDisposable owned in _owned) owned.Dispose();
        _owned.Clear();
    }

    public void Add(Milliseconds queue = default, Milliseconds decode = default, Milliseconds head = default, Milliseconds encode = default, Milliseconds tail = default) =>
        Times = Times with { Queue = Times.Queue + queue, Decode = Times.Decode + decode, Head = Times.Head + head, Encode = Times.Encode + encode, Tail = Times.Tail + tail };
}
