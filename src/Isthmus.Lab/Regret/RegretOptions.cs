using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Lab.Regret;

/// <summary>How adaptation is judged under a trace.</summary>
public sealed record RegretOptions
{
    /// <summary>The options with every default.</summary>
    public static RegretOptions Default { get; } = new();

    /// <summary>The time between two pictures. They come at fixed times whatever becomes of those before, so that all policies answer the same ones. Default 500 ms.</summary>
    public Milliseconds Every { get; init; } = new(500);

    /// <summary>A transfer's real rate differs from the trace's evenly by up to this share, 0…0.9. Default 0.1.</summary>
    public double Noise { get; init; } = 0.1;

    /// <summary>Of the noise. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How long a node may take before the device finishes alone. Default as <see cref="PipelineOptions.RemoteTimeout"/>: 10 s.</summary>
    public Milliseconds RemoteTimeout { get; init; } = PipelineOptions.Default.RemoteTimeout;

    /// <summary>What is wanted of plans, and how readily they are changed; its clock is overwritten. The objective is the latency.</summary>
    public AdaptationOptions Adaptation { get; init; } = AdaptationOptions.Default;

    /// <summary>How links are estimated.</summary>
    public LinkEstimatorOptions Estimator { get; init; } = LinkEstimatorOptions.Default;

    /// <summary>How unused links and failed nodes are looked after; its clock is not used.</summary>
    public LinkMonitorOptions Monitor { get; init; } = LinkMonitorOptions.Default;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        Adaptation.Validate();
        if (Every.Value is not (>= 1 and <= 3_600_000)) throw new IsthmusException(ErrorKind.Usage, "Pictures come every 1 ms to an hour.");
        if (Noise is not (>= 0 and <= 0.9)) throw new IsthmusException(ErrorKind.Usage, "The noise is a share from 0 to 0.9.");
        if (!(RemoteTimeout.Value > 0)) throw new IsthmusException(ErrorKind.Usage, "A timeout is a positive number of milliseconds.");
        if (Adaptation.Objective != Objective.Latency) throw new IsthmusException(ErrorKind.Usage, "Regret is counted in milliseconds: choose the objective latency.");
    }
}
