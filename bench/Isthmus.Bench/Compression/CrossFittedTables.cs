using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Bench.Compression;

/// <summary>
/// Trained tables for the codecs that can use some. The photographs are dealt to two parts, and what crosses for those of one part is coded with tables that were
/// trained on the other: none is measured with tables that have seen it.
/// </summary>
internal sealed class CrossFittedTables
{
    /// <summary>How many parts there are; photograph i belongs to part i modulo this.</summary>
    public const int Parts = 2;

    // More change the tables little, and training takes a byte per value of each.
    private const int MostPhotographs = 60;

    // By tensor and part: what photographs of that part are coded with.
    private readonly ImmutableArray<CodecTables?[]> _tables;

    private CrossFittedTables(ImmutableArray<CodecTables?[]> tables) => _tables = tables;

    /// <summary>Mean bytes of a part's tables for all tensors of the cut; null if there are none.</summary>
    public double? Bytes => _tables.All(t => t.All(p => p is null)) ? null : _tables.Sum(t => t.Sum(p => p?.Bytes.Length ?? 0)) / (double)Parts;

    /// <summary>Trains tables if one of the codecs uses them.</summary>
    /// <param name="tensors">By tensor of the cut and photograph: the activation.</param>
    /// <param name="shapes">The shapes of the tensors.</param>
    /// <param name="codecs">The codecs that are measured.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static CrossFittedTables Train(
        ReadOnlyMemory<float>[][] tensors, ImmutableArray<TensorShape> shapes, ImmutableArray<CodecSpec> codecs, CancellationToken cancellationToken)
    {
        ImmutableArray<CodecTables?[]> tables = [.. tensors.Select(_ => new CodecTables?[Parts])];
        if (!codecs.Any(c => c.Kind is CodecKind.Dense or CodecKind.Fast)) return new(tables);
        int[] levels = [.. codecs.Where(c => c.Kind == CodecKind.Fast).Select(c => c.Parameter)];
        Workers.Run(tensors.Length * Parts, new int[Workers.Count], (_, job) =>
        {
            (int tensor, int part) = (job / Parts, job % Parts);
            CodecTablesTrainer trainer = new(shapes[tensor], levels);
            ReadOnlyMemory<float>[] others = [.. tensors[tensor].Where((_, i) => i % Parts != part)];
            // Spread over all of them, as classes come in order.
            int step = Math.Max(1, others.Length / MostPhotographs);
            for (int i = 0; i < others.Length && i / step < MostPhotographs; i += step) trainer.Add(others[i].Span);
            tables[tensor][part] = trainer.Train(cancellationToken);
        }, cancellationToken);
        return new(tables);
    }

    /// <summary>Whether a codec can use these tables.</summary>
    public bool AreUsedBy(CodecSpec spec) => _tables.Any(t => t.Any(p => TensorCodecs.Uses(spec, p)));

    /// <summary>The tables for photographs of a part; null if there are none.</summary>
    public CodecTables? Of(int tensor, int part) => _tables[tensor][part];
}
