namespace Isthmus.Runtime.Adaptive;

/// <summary>Is told every decision as it is made, in order, by one thread at a time. Must be quick, and must not throw: requests wait for it.</summary>
public interface IDecisionLog
{
    /// <summary>A decision was made.</summary>
    /// <param name="rule">By which rule: options, absent nodes, profile.</param>
    /// <param name="inputs">From which inputs.</param>
    /// <param name="result">With which result.</param>
    void Add(DecisionRule rule, DecisionInputs inputs, DecisionResult result);
}
