using Isthmus.Core.Progress;

namespace Isthmus.Runtime.Calibration;

/// <summary>Progress by work, of which there is less the more settings are given up.</summary>
/// <param name="progress">Who is told.</param>
/// <param name="total">All work, if nothing is given up.</param>
internal sealed class WorkProgress(IProgress<ProgressReport>? progress, double total)
{
    private double _done;
    private double _fraction;
    private double _stepLeft;
    private double _left = total;
    private string _name = "";
    private int _images;

    /// <summary>How much of all is done, 0…1.</summary>
    public double Fraction => _fraction;

    /// <summary>Begins a step.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="images">Its images.</param>
    /// <param name="work">How much of the total it is.</param>
    public void Begin(string name, int images, double work)
    {
        _name = name;
        _images = images;
        _stepLeft = work;
        _left = Math.Max(0, _left - work);
    }

    /// <summary>Says how far the step is.</summary>
    /// <param name="images">Images that are done.</param>
    /// <param name="work">Work that was done since the last call.</param>
    /// <param name="left">Work that is left of the step.</param>
    public void Done(int images, double work, double left)
    {
        _done += work;
        _stepLeft = left;
        _fraction = Math.Max(_fraction, _done / Math.Max(1e-9, _done + _stepLeft + _left));
        progress?.Report(new($"{_name}, image {images} of {_images}", _fraction));
    }

    /// <summary>The step has ended.</summary>
    public void End() => _stepLeft = 0;
}
