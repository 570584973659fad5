namespace Isthmus.Core.Codec;

/// <summary>What was learnt of a tensor for the codec `fast`: a model for each number of levels that was trained.</summary>
internal sealed class FastTables
{
    /// <summary>Nothing was learnt.</summary>
    public static FastTables None { get; } = new([]);

    private readonly FastModel[] _models;

    /// <summary>Takes models, by rising number of levels.</summary>
    public FastTables(IEnumerable<FastModel> models) => _models = [.. models];

    /// <summary>The model of L levels; null if there is none.</summary>
    public FastModel? Find(int levels)
    {
        foreach (FastModel model in _models)
        {
            if (model.Packing.Levels == levels) return model;
        }

        return null;
    }

    /// <summary>The bytes: none if nothing was learnt.</summary>
    public byte[] ToBytes()
    {
        if (_models.Length == 0) return [];
        List<byte> bytes = [(byte)_models.Length];
        foreach (FastModel model in _models) model.Write(bytes);
        return [.. bytes];
    }

    /// <summary>Reads what <see cref="ToBytes"/> made.</summary>
    /// <exception cref="FrameException">The bytes are something else.</exception>
    public static FastTables Read(ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) return None;
        FastModel[] models = new FastModel[source[0]];
        source = source[1..];
        for (int i = 0; i < models.Length; i++)
        {
            models[i] = FastModel.Read(ref source);
            if (i > 0 && models[i].Packing.Levels <= models[i - 1].Packing.Levels) throw new FrameException(FrameError.BadCode, "The trained levels are out of order.");
        }

        if (models.Length == 0 || !source.IsEmpty) throw new FrameException(FrameError.BadLength, "There is more than the trained frequencies.");
        return new(models);
    }
}
