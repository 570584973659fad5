using Isthmus.Core.Tensors;

namespace Isthmus.Runtime.Profiling;

/// <summary>A picture that the profiler measures with.</summary>
/// <param name="name">Its file's name.</param>
/// <param name="file">The file's bytes.</param>
/// <param name="kept">The network's input for it, if there is memory to keep it.</param>
/// <param name="reference">The output that the whole network ranks first.</param>
internal sealed class Sample(string name, byte[] file, Tensor? kept, int reference) : IDisposable
{
    public string Name { get; } = name;

    public byte[] File { get; } = file;

    public Tensor? Kept { get; } = kept;

    public int Reference { get; } = reference;

    public void Dispose() => Kept?.Dispose();
}
