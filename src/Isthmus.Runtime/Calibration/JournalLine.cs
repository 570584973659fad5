using System.Collections.Immutable;

namespace Isthmus.Runtime.Calibration;

/// <summary>One line of the journal: the conditions (the first line), answers of the un-split network, or how far a pass is.</summary>
internal sealed record JournalLine
{
    /// <summary>What must be the same for the journal to be used again.</summary>
    public string? Conditions { get; init; }

    /// <summary>Answers that were added; the image's number in the order of processing.</summary>
    public ImmutableArray<JournalAnswer>? Answers { get; init; }

    /// <summary>Answers of the device's network that were added.</summary>
    public ImmutableArray<JournalConfidence>? Confidences { get; init; }

    /// <summary>The name of a pass.</summary>
    public string? Pass { get; init; }

    /// <summary>How many images the pass has done.</summary>
    public int Images { get; init; }

    /// <summary>The pass's settings, each with all its counts: the last line of a pass says everything.</summary>
    public ImmutableArray<TallyState>? Settings { get; init; }

    /// <summary>The families of inputs, likewise; null if there are none.</summary>
    public ImmutableArray<CurveTallyState>? Curves { get; init; }

    /// <summary>Milliseconds of the runs that were timed: of the whole network, or of the pass's head.</summary>
    public ImmutableArray<double>? Runs { get; init; }

    /// <summary>Milliseconds from file to input.</summary>
    public ImmutableArray<double>? Decodes { get; init; }
}
