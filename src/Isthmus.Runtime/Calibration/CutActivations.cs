using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;

namespace Isthmus.Runtime.Calibration;

/// <summary>
/// The activations of one cut, image by image: whoever needs them, in whatever pass, gets them here, each head output computed once per pass and kept
/// only while it is used.
/// </summary>
internal sealed class CutActivations(CalibrationContext context, CutAnalysis cut) : IDisposable
{
    private readonly NetworkSession _head = context.Load(null, cut, context.Options.Session);
    private bool _warm;

    /// <summary>The cut.</summary>
    public CutAnalysis Cut => cut;

    /// <summary>The tensors of the cut for an image, in canonical order; the caller disposes them.</summary>
    /// <param name="image">The image.</param>
    /// <param name="runs">Receives the time of the head's run, after a pause; null if it does not count.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Tensor[] Of(CalibrationImage image, List<double>? runs, CancellationToken cancellationToken)
    {
        Tensor[] activation = [];
        image.WithInput(context.Network.Preprocessor, context.Memory, input =>
        {
            if (runs is not null)
            {
                // The first run pays for memory that is not there yet.
                if (!_warm) Array.ForEach(_head.Run([input], cancellationToken), t => t.Dispose());
                CalibrationContext.Idle(cancellationToken);
            }

            _warm = true;
            long start = context.Options.Clock.GetTimestamp();
            activation = _head.Run([input], cancellationToken);
            runs?.Add(context.Since(start));
        });
        return activation;
    }

    public void Dispose() => _head.Dispose();
}
