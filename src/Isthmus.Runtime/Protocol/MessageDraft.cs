using System.Collections.Immutable;

namespace Isthmus.Runtime.Protocol;

/// <summary>A message while it is being read.</summary>
internal sealed class MessageDraft : IDisposable
{
    public string? Id { get; set; }

    public string? ModelName { get; set; }

    public string? ModelVersion { get; set; }

    public Parameters Parameters { get; set; } = [];

    public List<TensorDraft> Tensors { get; } = [];

    public List<RequestedOutput> Requested { get; } = [];

    /// <summary>The tensors, now owned by the message.</summary>
    public ImmutableArray<InferTensor> Take()
    {
        ImmutableArray<InferTensor>.Builder taken = ImmutableArray.CreateBuilder<InferTensor>(Tensors.Count);
        foreach (TensorDraft t in Tensors)
            taken.Add(new InferTensor(t.Name, t.Datatype, t.Arrival is null ? t.Shape : t.Content!.Shape, t.Content!, t.Parameters) { IsBinary = t.BinarySize is not null, Arrival = t.Arrival });
        return taken.MoveToImmutable();
    }

    public void Dispose()
    {
        foreach (TensorDraft tensor in Tensors) tensor.Content?.Dispose();
    }
}
