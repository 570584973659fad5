using System.Collections.Immutable;

namespace Isthmus.Runtime.Calibration;

/// <summary>
/// One pass over the images in which a group of settings is tried: the codecs at one cut, or the input encodings. What an image costs only once is
/// prepared once and shared by all settings.
/// </summary>
internal abstract class CalibrationPass(string name, IReadOnlyList<SettingTally> settings) : IDisposable
{
    /// <summary>The cut's id, or "input".</summary>
    public string Name { get; } = name;

    /// <summary>The settings.</summary>
    public IReadOnlyList<SettingTally> Settings { get; } = settings;

    /// <summary>How many settings may be tried at the same time.</summary>
    public abstract int Workers { get; }

    /// <summary>Milliseconds of the runs of the head that were timed.</summary>
    public List<double> Runs { get; } = [];

    /// <summary>Work of an image beside its settings, in runs of the whole network.</summary>
    public abstract double ImageWork { get; }

    /// <summary>Work of one setting on an image, in runs of the whole network.</summary>
    public abstract double SettingWork { get; }

    /// <summary>Prepares an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="timed">Whether the time counts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public abstract void Begin(CalibrationImage image, bool timed, CancellationToken cancellationToken);

    /// <summary>Tries a setting on the image that was prepared. Called from several threads at once, each with its own worker.</summary>
    public abstract Observation Try(int worker, int setting, bool timed, CancellationToken cancellationToken);

    /// <summary>Told of all that was seen of an image, in the order of the images.</summary>
    /// <param name="number">The image's number.</param>
    /// <param name="image">The image.</param>
    /// <param name="reference">What the un-split network says of it.</param>
    /// <param name="seen">What was seen, for each setting; nothing of those that were given up before.</param>
    public virtual void Judge(int number, CalibrationImage image, ReferenceAnswer reference, ReadOnlySpan<Observation> seen)
    {
    }

    /// <summary>What the journal keeps beside the settings; null for nothing.</summary>
    public virtual ImmutableArray<CurveTallyState>? Curves => null;

    /// <summary>Goes on where another pass ended.</summary>
    /// <param name="images">How many images it had done.</param>
    /// <param name="curves">Its <see cref="Curves"/>.</param>
    /// <exception cref="ArgumentException">They are not of this pass.</exception>
    public virtual void Resume(int images, ImmutableArray<CurveTallyState>? curves)
    {
    }

    /// <summary>Lets go of the image.</summary>
    public abstract void End();

    /// <inheritdoc/>
    public abstract void Dispose();
}
