"""Random Pacemaker clusters, put to our scheduler and to the peer's.

draft      a cluster that is being drawn, and how it becomes a CIB
features/  what a cluster may have; each feature adds itself to a draft
profiles   which features go together
reports    what a program's text says will happen and where things end
peers      how the two programs are run
shrink     a disagreeing CIB with everything removed that it does not need
"""
