using System.Collections.Immutable;
using Isthmus.Core.Tensors;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Node.Execution;

/// <summary>What a segment made: the tensors, and the form in which they travel. Owns both until they are released.</summary>
internal sealed class SegmentOutput(Tensor[] raw, ImmutableArray<InferTensor> wire) : IDisposable
{
    private ImmutableArray<InferTensor> _released = [];

    /// <summary>The tensors, in the segment's order.</summary>
    public Tensor[] Raw => raw;

    /// <summary>The form in which they travel: the same tensors by name, or frames of them.</summary>
    public ImmutableArray<InferTensor> Wire => wire;

    /// <summary>Leaves the tensors that <paramref name="taken"/> holds to whoever holds it.</summary>
    public void Release(ImmutableArray<InferTensor> taken) => _released = taken;

    public void Dispose()
    {
        foreach (InferTensor tensor in wire) Dispose(tensor.Content);
        foreach (Tensor tensor in raw) Dispose(tensor);
    }

    private void Dispose(Tensor tensor)
    {
        foreach (InferTensor kept in _released)
        {
            if (ReferenceEquals(kept.Content, tensor)) return;
        }

        tensor.Dispose();
    }
}
